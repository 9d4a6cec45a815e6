import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Model } from '../../api/documents.js'
import { modelsQuery } from '../../api/queries.js'
import { type Column, DataTable } from '../../parts/data-table.js'
import { formatCount, plural } from '../../parts/format.js'
import { HeldRows } from '../../parts/list-foot.js'
import { EmptyPage } from '../../parts/notices.js'
import { Page } from '../../parts/page.js'
import { PagedList, rowsOf } from '../../parts/paged-list.js'
import { useSteadyRows } from '../../parts/steady-rows.js'
import { TimeAgo } from '../../parts/time-ago.js'

const columns: readonly Column<Model>[] = [
  {
    key: 'name',
    head: 'Model',
    phone: 'lead',
    cell: (model) => (
      <Link to="/models/$model" params={{ model: model.name }} data-row>
        {model.name}
      </Link>
    ),
  },
  { key: 'latest', head: 'Latest', width: '16%', cell: (model) => model.latest ?? 'none' },
  {
    key: 'releases',
    head: 'Releases',
    width: '14%',
    align: 'end',
    cell: (model) => formatCount(model.releases),
  },
  {
    key: 'running',
    head: 'Runs on',
    width: '16%',
    align: 'end',
    cell: (model) => plural(model.runningOn, 'device'),
  },
  {
    key: 'created',
    head: 'First pushed',
    width: '16%',
    align: 'end',
    cell: (model) => <TimeAgo at={model.createdAt} />,
  },
]

const nameOf = (model: Model) => model.name

/** Every model of the fleet. */
export function ModelsRoom() {
  const query = useInfiniteQuery(modelsQuery())
  const steady = useSteadyRows(rowsOf(query), nameOf, '')
  return (
    <Page title="Models" standing={<HeldRows held={steady.held} onShow={steady.show} />}>
      <PagedList
        query={query}
        rows={steady.rows}
        word="model"
        words="models"
        expected={6}
        empty={<NoModels />}
      >
        {(rows) => <DataTable label="Models" columns={columns} rows={rows} rowKey={nameOf} />}
      </PagedList>
    </Page>
  )
}

const NoModels = () => (
  <EmptyPage
    title="No models yet"
    commands={[
      'kedge key create',
      'kedge model push model.onnx --name my-model --key publisher.key',
    ]}
  >
    <p>
      A model is pushed as an ONNX file, signed with your publisher key. It is cut into chunks that
      later versions share, so a small change travels as a small change.
    </p>
  </EmptyPage>
)
